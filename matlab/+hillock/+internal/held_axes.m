% The axes to draw in, held so that several lines stay: those given, or the current ones, new if they are not held.
%
%   [axes, held] = held_axes(axes)           held 'on' or 'off', as it was: hold(axes, held) restores it
function [axes, held] = held_axes(axes)
  if isempty(axes)
    axes = newplot();
  end
  words = {'off', 'on'};
  held = words{1 + ishold(axes)};
  hold(axes, 'on');
end

% Colours that stay apart for colour-blind eyes (Okabe & Ito 2008, https://jfly.uni-koeln.de/color/).
%
%   rgb = colours()      [7 x 3]: blue, vermilion, green, orange, purple, sky blue, black
function rgb = colours()
  rgb = [0 114 178; 213 94 0; 0 158 115; 230 159 0; 204 121 167; 86 180 233; 0 0 0] / 255;
end

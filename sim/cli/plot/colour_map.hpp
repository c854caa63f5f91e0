// A scale of colours for numbers: dark blue, green, yellow, with lightness growing evenly, so that equal
// steps look equal, with every kind of colour vision, in print without colours, and on white and dark
// grounds.
#pragma once
#include <array>
#include <string>
#include <string_view>

namespace hillock::cli {

// Evenly spaced, the lowest first. In OKLab (Ottosson 2020): lightness 0.3 to 0.92, hue 300 to 105 degrees.
constexpr std::array<std::string_view, 17> colour_map{
    "#371d59", "#372a6d", "#32387f", "#26478f", "#04589c", "#046899", "#02779a", "#09869c", "#06959e",
    "#02a49e", "#09b39b", "#23c291", "#60cc88", "#8ad580", "#afdd7c", "#d1e37c", "#f1ea83"};

// The colour at a place from 0 to 1, one of 256: "#04589c". What lies outside has that of the end.
std::string mapped_colour(double place);

}  // namespace hillock::cli

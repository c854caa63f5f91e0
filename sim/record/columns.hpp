// Columns of numbers from a user's file, HDF5 or text (CSV).
#pragma once
#include <string>
#include <vector>

namespace hillock::record {

// Whether the file is to be read as HDF5: it begins as one, or its name ends in .h5, .hdf5 or .nc.
bool is_hdf5(const std::string& path);

// One column. HDF5: a data set of one dimension, or a column of one of two dimensions as "/report/exc/V[0]".
// Text: a column's name in the header, or its number from 1. An empty name stands for the only one there is.
// Throws IoError, naming file and row.
std::vector<double> read_column(const std::string& path, const std::string& dataset);

struct Columns {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;  // [column][row]
};

// All columns of a text file, or of a data set of two dimensions (rows first); one of a single dimension is
// one column. Throws IoError.
Columns read_columns(const std::string& path, const std::string& dataset);

}  // namespace hillock::record

// Work on long arrays: the loops for avx512.
#include "program/batch_avx512.hpp"
#include "program/bulk_code.hpp"

namespace hillock::program::avx512 {

Bulk bulk() { return BulkCode<Operations>::table(); }

}  // namespace hillock::program::avx512

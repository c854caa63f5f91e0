// Work on long arrays: the loops for avx2.
#include "program/batch_avx2.hpp"
#include "program/bulk_code.hpp"

namespace hillock::program::avx2 {

Bulk bulk() { return BulkCode<Operations>::table(); }

}  // namespace hillock::program::avx2

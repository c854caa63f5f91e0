// Work on long arrays: the loops for generic.
#include "program/batch_generic.hpp"
#include "program/bulk_code.hpp"

namespace hillock::program::generic {

Bulk bulk() { return BulkCode<Operations>::table(); }

}  // namespace hillock::program::generic

#pragma once
// SinkReadBack: which records of a sink are in the stream already (streaming spec 2.4), told from
// what came back when the stream was read behind the last acknowledgement. Pure.
//
// A key's records arrive in their order, so what has arrived is a first part of what was to be
// sent. Anything else under one of its partition keys is another writer's, and nobody can tell.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "connect/sink_format.h"

namespace levada::connect {

// What was found of each partition key, in the order of the stream.
using FoundRecords = std::unordered_map<std::string, std::vector<std::string>>;

// For each record, whether it has arrived (or, with `replaces`, a newer one of its key has).
// Errors: conflict (a record that this sink did not write; it is named).
Result<std::vector<bool>> arrived(const std::vector<EpochRecord>& records,
                                  const FoundRecords& found, bool replaces);

}  // namespace levada::connect

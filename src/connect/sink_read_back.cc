#include "connect/sink_read_back.h"

#include <algorithm>

namespace levada::connect {
namespace {

// The records of one key that may have been sent, as indices; those before `next` have arrived.
struct Queue {
  std::vector<std::size_t> indices;
  std::size_t next = 0;
};

Error foreign(std::string_view partition_key) {
  return Error{ErrorKind::conflict,
               "the stream has a record of partition key " + std::string(partition_key) +
                   " that this sink did not write; exactly_once needs to be its only writer"};
}

}  // namespace

Result<std::vector<bool>> arrived(const std::vector<EpochRecord>& records,
                                  const FoundRecords& found, bool replaces) {
  std::unordered_map<std::string_view, std::unordered_map<std::string_view, Queue>> sent;
  for (std::size_t n = 0; n < records.size(); ++n) {
    const SinkRecord& record = records[n].second;
    if (found.contains(std::string(record.partition_key())))
      sent[record.partition_key()][record.key].indices.push_back(n);
  }
  std::vector<bool> result(records.size(), false);
  for (const auto& [partition_key, data] : found) {
    const auto keys = sent.find(partition_key);
    if (keys == sent.end()) continue;  // another writer's, as others may be
    for (const std::string& bytes : data) {
      bool known = false;
      for (auto& [key, queue] : keys->second) {
        std::size_t at = queue.next;
        const std::size_t end =
            replaces ? queue.indices.size() : std::min(queue.indices.size(), queue.next + 1);
        while (at < end && !records[queue.indices[at]].second.has_data(bytes)) ++at;
        if (at == end) continue;
        for (; queue.next <= at; ++queue.next) result[queue.indices[queue.next]] = true;
        known = true;
        break;
      }
      if (!known) return unexpected<Error>(foreign(partition_key));
    }
  }
  return result;
}

}  // namespace levada::connect

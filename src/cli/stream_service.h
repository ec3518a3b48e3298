#pragma once
// StreamService: what `levada stream` asks a Kinesis endpoint, in its own words over the API
// client, with the patience that throttled shards need.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/api_client.h"
#include "cli/stream_file.h"

namespace levada::cli {

struct ShardOfStream {
  std::string id, first_hash_key, last_hash_key;
};

struct PageOfRecords {
  std::vector<Document> records;
  std::string next_iterator;  // empty: the end of a closed shard
  std::int64_t behind_millis = 0;
};

class StreamService {
 public:
  // The session and the options outlive it.
  static Result<StreamService> open(const Session& session, const GlobalOptions& globals,
                                    std::string stream);

  const std::string& stream() const { return stream_; }
  Result<std::string> stream_arn();
  Result<std::vector<ShardOfStream>> shards();  // closed ones too, by id
  // From the oldest record, or behind a sequence number.
  Result<std::string> iterator(const std::string& shard, const std::string& behind);
  Result<PageOfRecords> records(const std::string& iterator);
  // One outcome for each: whether it was taken. Throttled calls are repeated as a whole.
  Result<std::vector<bool>> put(std::span<const ExportRecord> records);
  Result<Unit> tag(const std::string& key, const std::string& value);
  Result<Unit> untag(const std::string& key);

 private:
  StreamService(ApiClient client, std::string stream)
      : client_(std::move(client)), stream_(std::move(stream)) {}
  Result<Document> ask(std::string_view operation, Document::Object members);
  Document::Object of_stream() const;

  ApiClient client_;
  std::string stream_;
};

std::string text_of(const Document& object, std::string_view member);

}  // namespace levada::cli

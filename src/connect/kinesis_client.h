#pragma once
// KinesisClient: one stream at one endpoint, as the port of streaming/ wants it. Speaks AWS
// JSON 1.1, and CBOR where most bytes are: records in CBOR are a quarter shorter than in base64.
// Whether the endpoint reads CBOR (AWS does) is asked with ListShards, which changes nothing.

#include <memory>

#include "connect/aws_client.h"
#include "connect/kinesis_port.h"

namespace levada::connect {

class KinesisClient final : public KinesisPort {
 public:
  KinesisClient(std::string stream, std::unique_ptr<AwsClient> aws)
      : stream_(std::move(stream)), aws_(std::move(aws)) {}

  Task<std::vector<ShardInfo>> list_shards() override;
  Task<PutOutcomes> put_records(std::span<const PutEntry> entries) override;
  Task<std::string> shard_iterator(std::string shard, IteratorStart start) override;
  Task<ReadPage> get_records(std::string iterator, std::uint32_t limit) override;
  void shutdown() noexcept override { aws_->shutdown(); }

 private:
  enum class Coding : std::uint8_t { json, cbor };
  Task<std::string> call(std::string_view operation, Buffer body, Coding coding = Coding::json);
  Task<std::string> ask_for_shards(std::string token);
  Buffer take_body();
  void keep_body(Buffer body);

  std::string stream_;
  std::unique_ptr<AwsClient> aws_;
  std::optional<Coding> coding_;  // once the endpoint has shown what it reads
  std::vector<Buffer> bodies_;    // of calls that have ended, for the next ones
};

// The bodies, apart from the way they travel; answers may be JSON or CBOR. Errors of the readers:
// invalid, unknown where an answer to a put cannot be understood.
void append_put_records(std::string_view stream, std::span<const PutEntry> entries, Buffer& out);
void append_put_records_cbor(std::string_view stream, std::span<const PutEntry> entries,
                             Buffer& out);
Result<PutOutcomes> read_put_outcomes(std::string body, std::size_t entries);
Result<std::vector<ShardInfo>> read_shards(std::string_view body, std::string& next);
Result<ReadPage> read_page(std::string_view body);

}  // namespace levada::connect

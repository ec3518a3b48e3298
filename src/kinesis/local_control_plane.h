#pragma once
// The ControlPlane of one reactor: looks at its own table, decides through the catalog. One file
// for each family of verbs: stream_control, shard_control, settings_control, tag_control,
// consumer_control, listing.

#include <functional>

#include "catalog/catalog.h"
#include "kinesis/control_plane.h"
#include "kinesis/key_keeper.h"
#include "kinesis/lifecycle.h"
#include "kinesis/refusal.h"
#include "kinesis/token_seal.h"

namespace levada::kinesis {

struct ControlOptions {
  Millis transition_delay{0};  // how long CREATING, UPDATING and DELETING last
  std::uint32_t shard_limit =
      20'000;  // open shards of an account in a region; AWS's largest default
  std::uint32_t stream_limit = 10'000;        // of an account in a region
  std::uint32_t on_demand_stream_limit = 50;  // of them
  std::uint32_t consumer_limit = 20;          // of a stream: API_RegisterStreamConsumer
  std::uint32_t consumers_creating_limit = 5;
  bool rolling_limits = false;  // AWS's counts in 24 hours; they only hurt tests
};

class LocalControlPlane final : public ControlPlane {
 public:
  LocalControlPlane(io::Reactor& reactor, const catalog::StreamTable& table,
                    catalog::Catalog& catalog, Lifecycle& lifecycle, KeyKeeper& keeper,
                    const ControlOptions& options, const TokenKey& key, io::Random& random);

  std::string stream_of_page(ByteView token) override;
  Task<Unit> create_stream(Caller caller, CreateStream command) override;
  Task<Unit> delete_stream(Caller caller, DeleteStream command) override;
  Task<Unit> increase_retention(Caller caller, ChangeRetention command) override;
  Task<Unit> decrease_retention(Caller caller, ChangeRetention command) override;
  Task<Unit> update_max_record_size(Caller caller, UpdateMaxRecordSize command) override;
  Task<Unit> split_shard(Caller caller, SplitShard command) override;
  Task<Unit> merge_shards(Caller caller, MergeShards command) override;
  Task<UpdateShardCountAnswer> update_shard_count(Caller caller, UpdateShardCount command) override;
  Task<Unit> add_tags(Caller caller, AddTags command) override;
  Task<Unit> remove_tags(Caller caller, RemoveTags command) override;
  Task<ChangeMonitoringAnswer> change_monitoring(Caller caller, ChangeMonitoring command) override;
  Task<Unit> change_encryption(Caller caller, ChangeEncryption command) override;
  Task<Unit> put_policy(Caller caller, PutPolicy command) override;
  Task<Unit> delete_policy(Caller caller, std::string_view resource_arn) override;
  Task<Unit> update_mode(Caller caller, UpdateStreamMode command) override;
  Task<catalog::StreamSnapshot> update_warm_throughput(Caller caller,
                                                       UpdateWarmThroughput command) override;
  Task<Unit> update_distribution(Caller caller, UpdateDistribution command) override;
  Task<ConsumerAnswer> register_consumer(Caller caller, RegisterConsumer command) override;
  Task<Unit> deregister_consumer(Caller caller, ConsumerRef command) override;
  Task<catalog::AccountSettings> update_account(Caller caller, bool commitment) override;

  Result<DescribeStreamAnswer> describe_stream(Caller caller, DescribeStream command) override;
  Result<DescribeStreamSummaryAnswer> describe_stream_summary(
      Caller caller, DescribeStreamSummary command) override;
  Result<ListStreamsAnswer> list_streams(Caller caller, ListStreams command) override;
  Result<ListShardsAnswer> list_shards(Caller caller, ListShards command) override;
  Result<DescribeLimitsAnswer> describe_limits(Caller caller) override;
  Result<ListTagsAnswer> list_tags(Caller caller, ListTags command) override;
  Result<std::string> get_policy(Caller caller, std::string_view resource_arn) override;
  bool any_policy() const override { return table_.any_policy(); }
  Result<ConsumerAnswer> describe_consumer(Caller caller, ConsumerRef command) override;
  Result<ListConsumersAnswer> list_consumers(Caller caller, ListConsumers command) override;
  Result<catalog::AccountSettings> describe_account(Caller caller) override;

 private:
  // Edits the copy of a stream, or refuses. Runs on the catalog's reactor, without waiting.
  struct Alteration {
    const catalog::CatalogState& state;
    const catalog::Stream& before;
    catalog::Stream& after;
    UnixMillis now;
    catalog::Decision& decision;  // for what is not the stream itself
  };
  using Alter = std::function<Result<Unit>(Alteration)>;
  enum class Needs : std::uint8_t { active, provisioned, anything };

  // Decides a change of one stream. What `alter` refers to lives in the awaiting caller.
  Task<Unit> alter(Caller caller, StreamRef stream, Needs needs, Alter alter);
  Task<Unit> change_retention(Caller caller, ChangeRetention command, bool increase);
  Result<Unit> warm_up(Alteration& change) const;
  void begin_update(Alteration& change) const;  // UPDATING, where transitions take time
  UnixMillis now() const { return reactor_.clock().now(); }

  io::Reactor& reactor_;
  const catalog::StreamTable& table_;
  catalog::Catalog& catalog_;
  Lifecycle& lifecycle_;
  KeyKeeper& keeper_;
  const ControlOptions& options_;
  TokenSeal seal_;
};

}  // namespace levada::kinesis

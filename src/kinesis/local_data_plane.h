#pragma once
// The DataPlane of one reactor over the hosts of all.

#include "kinesis/data_plane.h"
#include "kinesis/iterator.h"
#include "kinesis/neighbours.h"
#include "kinesis/put_router.h"
#include "kinesis/token_seal.h"

namespace levada::kinesis {

class SubscriptionDesk;

class LocalDataPlane final : public DataPlane {
 public:
  LocalDataPlane(io::Reactor& reactor, const catalog::StreamTable& table,
                 const Neighbours& neighbours, SubscriptionDesk& desk, RecordCipher& cipher,
                 const TokenKey& key, io::Random& random);

  std::string stream_of_iterator(ByteView iterator) override;
  Task<PutRecordAnswer> put_record(Caller caller, PutRecord command) override;
  Task<PutRecordsAnswer> put_records(Caller caller, PutRecords command) override;
  Task<GetShardIteratorAnswer> get_shard_iterator(Caller caller, GetShardIterator command) override;
  Task<GetRecordsAnswer> get_records(Caller caller, GetRecords command) override;
  Task<std::unique_ptr<Subscription>> subscribe_to_shard(Caller caller,
                                                         SubscribeToShard command) override;

 private:
  Result<catalog::StreamSnapshot> writable_stream(Caller caller, const StreamRef& stream) const;
  Token iterator_at(const catalog::Stream& stream, const catalog::Shard& shard,
                    log::Position position);

  io::Reactor& reactor_;
  const catalog::StreamTable& table_;
  const Neighbours& neighbours_;
  SubscriptionDesk& desk_;
  RecordCipher& cipher_;
  PutRouter router_;
  TokenSeal seal_;
};

}  // namespace levada::kinesis

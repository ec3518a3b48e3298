#pragma once
// PartialPuts: a DataPlane that lets single records of PutRecords fail, by dice, without writing
// them; for clients that shall learn to repeat them. Everything else passes.

#include "io/xoshiro.h"
#include "kinesis/data_plane.h"

namespace levada::kinesis {

class PartialPuts final : public DataPlane {
 public:
  PartialPuts(DataPlane& inner, double share, std::uint64_t seed)
      : inner_(inner), share_(share), dice_(seed) {}

  Task<PutRecordsAnswer> put_records(Caller caller, PutRecords command) override;

  std::string stream_of_iterator(ByteView iterator) override {
    return inner_.stream_of_iterator(iterator);
  }
  Task<PutRecordAnswer> put_record(Caller caller, PutRecord command) override {
    return inner_.put_record(caller, command);
  }
  Task<GetShardIteratorAnswer> get_shard_iterator(Caller caller,
                                                  GetShardIterator command) override {
    return inner_.get_shard_iterator(caller, command);
  }
  Task<GetRecordsAnswer> get_records(Caller caller, GetRecords command) override {
    return inner_.get_records(caller, command);
  }
  Task<std::unique_ptr<Subscription>> subscribe_to_shard(Caller caller,
                                                         SubscribeToShard command) override {
    return inner_.subscribe_to_shard(caller, command);
  }

 private:
  DataPlane& inner_;
  double share_;
  io::Xoshiro dice_;
};

}  // namespace levada::kinesis

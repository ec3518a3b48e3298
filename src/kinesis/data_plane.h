#pragma once
// DataPlane: records in, records out. One on each reactor; every verb may be called on that reactor
// only and takes the work to wherever the shard lives.

#include <memory>

#include "base/task.h"
#include "kinesis/put.h"
#include "kinesis/read.h"

namespace levada::kinesis {

class DataPlane {
 public:
  virtual ~DataPlane() = default;

  // The ARN of the stream that an iterator reads; empty when it is none of ours or its stream is
  // gone. For those who ask whether the caller may.
  virtual std::string stream_of_iterator(ByteView iterator) = 0;
  virtual Task<PutRecordAnswer> put_record(Caller caller, PutRecord command) = 0;
  virtual Task<PutRecordsAnswer> put_records(Caller caller, PutRecords command) = 0;
  virtual Task<GetShardIteratorAnswer> get_shard_iterator(Caller caller,
                                                          GetShardIterator command) = 0;
  virtual Task<GetRecordsAnswer> get_records(Caller caller, GetRecords command) = 0;
  virtual Task<std::unique_ptr<Subscription>> subscribe_to_shard(Caller caller,
                                                                 SubscribeToShard command) = 0;
};

}  // namespace levada::kinesis

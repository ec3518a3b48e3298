#pragma once
// Structures that several answers share, written from what the kinesis room knows.

#include "aws/output_writer.h"
#include "kinesis/control.h"
#include "kinesis/read.h"

namespace levada::aws::kinesis_api {

std::string stream_arn_of(const catalog::Stream& stream);
std::string_view status_name(catalog::StreamStatus status);
std::string decimal_text(const Uint192& number);

// The members that DescribeStream and DescribeStreamSummary share, without the structure's braces.
void write_stream(OutputWriter& out, const catalog::Stream& stream);
void write_stream_mode(OutputWriter& out, const catalog::Stream& stream);
void write_shards(OutputWriter& out, const std::vector<const catalog::Shard*>& shards);
void write_metrics(OutputWriter& out, std::string_view name, catalog::ShardMetrics metrics);
void write_warm_throughput(OutputWriter& out, const catalog::Stream& stream);
void write_encryption_type(OutputWriter& out, catalog::Encryption encryption);  // only KMS
void write_records(OutputWriter& out, const std::vector<kinesis::ReadRecord>& records);
void write_child_shards(OutputWriter& out, const std::vector<kinesis::ChildShard>& children);
void write_consumer(OutputWriter& out, const catalog::Stream& stream,
                    const catalog::Consumer& consumer);  // its members, without the braces
void write_token(OutputWriter& out, std::string_view name,
                 const std::optional<kinesis::Token>& token);
void write_monitoring(OutputWriter& out, const kinesis::ChangeMonitoringAnswer& answer);
void write_tags(OutputWriter& out, const kinesis::ListTagsAnswer& answer);
void write_commitment(OutputWriter& out, const catalog::AccountSettings& settings);

}  // namespace levada::aws::kinesis_api

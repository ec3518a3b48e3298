#pragma once
// The answers of PutRecord and PutRecords, and the records they take: shared by the handlers and by
// the fast path.

#include "aws/input.h"
#include "aws/output_writer.h"
#include "kinesis/put.h"

namespace levada::aws::kinesis_api {

kinesis::PutEntry put_entry_of(const Input& record);

void write_put_answer(OutputWriter& out, const kinesis::PutRecordAnswer& answer);
void write_put_answer(OutputWriter& out, const kinesis::PutRecordsAnswer& answer,
                      const kinesis::PutRecords& command);

// The same bytes as by OutputWriter, written in one go.
void write_put_answer_json(Buffer& out, const kinesis::PutRecordsAnswer& answer,
                           const kinesis::PutRecords& command);
void write_put_answer_cbor(Buffer& out, const kinesis::PutRecordsAnswer& answer,
                           const kinesis::PutRecords& command);

}  // namespace levada::aws::kinesis_api

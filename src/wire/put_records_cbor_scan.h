#pragma once
// Reads the CBOR body of PutRecords or PutRecord in one pass, as put_records_scan.h reads JSON: the
// known members in any order, each once. Nothing is copied, data and keys look into the body. Maps
// and the array may be of indefinite length (the Java SDKs write them so); strings of indefinite
// length, tags, null and unknown members are "not mine", and the generic reader takes over.

#include "wire/put_records_scan.h"

namespace levada::wire {

bool scan_put_records_cbor(ByteView body, ScannedPut& out, ScanLimits limits = {});
bool scan_put_record_cbor(ByteView body, ScannedPut& out);

}  // namespace levada::wire

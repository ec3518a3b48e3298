#pragma once
// CiphertextBio: what OpenSSL takes for a socket. Reads from bytes that have come, writes into a
// buffer that is to go; never waits. Unlike BIO_s_mem it does not copy what has come once more, and
// the buffer to go can be swapped away while it is being sent.

#include "base/bytes.h"
#include "tls/output_buffer.h"

struct bio_st;

namespace levada::tls {

struct Ciphertext {
  MutableByteView received;  // shrinks from the front as OpenSSL reads
  OutputBuffer to_send;      // grows at the end as OpenSSL writes
};

// A BIO over `ciphertext`, which outlives it. The SSL that it is given to owns it.
bio_st* make_ciphertext_bio(Ciphertext& ciphertext);

}  // namespace levada::tls

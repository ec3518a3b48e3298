#include "tls/ciphertext_bio.h"

#include <openssl/bio.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace levada::tls {
namespace {

Ciphertext& ciphertext_of(BIO* bio) { return *static_cast<Ciphertext*>(BIO_get_data(bio)); }

int read(BIO* bio, char* into, std::size_t size, std::size_t* got) {
  MutableByteView& received = ciphertext_of(bio).received;
  BIO_clear_retry_flags(bio);
  *got = std::min(size, received.size());
  if (*got == 0) {
    BIO_set_retry_read(bio);  // "not yet", never "the end": the end is the connection's to know
    return 0;
  }
  std::memcpy(into, received.data(), *got);
  received = received.subspan(*got);
  return 1;
}

int write(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
  ciphertext_of(bio).to_send.append({reinterpret_cast<const std::byte*>(from), size});
  BIO_clear_retry_flags(bio);
  *taken = size;
  return 1;
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "levada ciphertext");
    CHECK(m != nullptr);
    BIO_meth_set_read_ex(m, &read);
    BIO_meth_set_write_ex(m, &write);
    BIO_meth_set_ctrl(m, &control);
    return m;
  }();
  return made;
}

}  // namespace

bio_st* make_ciphertext_bio(Ciphertext& ciphertext) {
  BIO* bio = BIO_new(method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, &ciphertext);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace levada::tls

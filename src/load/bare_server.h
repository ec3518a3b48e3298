#pragma once
// BareServer: the least that any server must do for a PutRecord, and nothing else: the signature,
// the scan with base64, MD5 of the key, CRC, one copy, and an answer when a flush that it shares
// with others is done. One journal, one thread; no throttle, index, stream table or metrics. What
// the generator reaches against it is the limit that figures about small puts are read against.

#include <array>
#include <memory>
#include <string>

#include "io/disk.h"
#include "io/gate.h"
#include "io/signal.h"
#include "load/kinesis_requests.h"
#include "load/null_server.h"
#include "wire/put_records_scan.h"
#include "wire/sigv4.h"

namespace levada::load {

class BareServer final : public Answerer {
 public:
  BareServer(io::Reactor& reactor, io::Disk& disk, SigningKeys keys)
      : reactor_(reactor), disk_(disk), keys_(std::move(keys)), more_(reactor), durable_(reactor) {}

  // Its file is made in `directory`.
  Task<Unit> open(std::string directory);
  Task<Unit> close();  // removes it again

  // Errors: denied, invalid.
  Task<Unit> answer(const wire::RequestHead& head, ByteView body) override;

 private:
  Result<Unit> verify(const wire::RequestHead& head, ByteView body);
  Task<Unit> flush_all();

  io::Reactor& reactor_;
  io::Disk& disk_;
  SigningKeys keys_;
  wire::SigningKeyCache cache_;
  wire::ScannedPut put_;  // of the request at hand: nobody waits while it is looked at
  Buffer room_;
  std::string path_;
  std::unique_ptr<io::File> file_;
  std::uint64_t offset_ = 0;
  std::array<io::AlignedBuffer, 2> blocks_;  // one gathers while the other is written
  std::size_t used_ = 0;                     // of the one that gathers
  std::uint64_t gathering_ = 0;              // its number
  std::uint64_t written_ = 0;                // every block below this one is durable
  bool closing_ = false;
  io::Signal more_, durable_;
  io::Gate gate_;
};

}  // namespace levada::load

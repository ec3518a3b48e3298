// Any body, of any operation and content type, through the whole face: an answer, never a crash. In
// JSON the fast path of puts must agree with the tables.

#include <cstdlib>

#include "aws/kinesis/face.h"
#include "aws/kinesis/fake_planes.h"
#include "aws/kinesis/operations.h"
#include "aws/pipeline.h"

namespace levada::aws {
namespace {

class FuzzClock final : public io::Clock {
 public:
  UnixMillis now() const override { return UnixMillis(1'700'000'000'000); }
  MonotonicNanos monotonic() const override { return MonotonicNanos(0); }
};

class FuzzRandom final : public io::Random {
 public:
  void fill(MutableByteView) override {}
  std::uint64_t next() override { return 4; }
};

class TableFace final : public KinesisFace {
 public:
  using KinesisFace::KinesisFace;
  std::unique_ptr<FastCall> read_fast(const Operation&, Coding, ByteView) override {
    return nullptr;
  }
};

template <class Face>
struct Stack {
  FuzzClock clock;
  FuzzRandom random;
  MetricsRegistry metrics;
  kinesis_api::FakeData data;
  kinesis_api::FakeControl control;
  Face face{data, control};
  Pipeline pipeline{clock, random, metrics, {&face}, {}};

  Buffer answer(std::string_view target, std::string_view type, ByteView body) {
    wire::RequestHead head;
    head.method = "POST";
    head.path = head.target = "/";
    head.headers.add({"content-type", type});
    head.headers.add({"x-amz-target", target});
    head.headers.add({"x-amz-date", "20231114T221320Z"});
    head.headers.add({"authorization", "AWS4 Credential=a/b/c/d/e, SignedHeaders=h, Signature=0"});
    const io::Address peer{"127.0.0.1", 1};
    http::Response response;
    data.asked.clear();
    start(pipeline.handle({head, body, peer}, response), [](const Result<Unit>& result) {
      if (!result) std::abort();
    });
    return std::move(response.body);
  }
};

}  // namespace
}  // namespace levada::aws

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace levada;
  using namespace levada::aws;
  static Stack<KinesisFace> fast;
  static Stack<TableFace> tables;
  if (size < 2) return 0;
  const auto& operations = kinesis_api::service.operations;
  const std::string target =
      "Kinesis_20131202." + std::string(operations[bytes[0] % operations.size()].name);
  constexpr std::string_view types[] = {"application/x-amz-json-1.1", "application/x-amz-cbor-1.1",
                                        "application/json", "text/plain"};
  const std::string_view type = types[bytes[1] % std::size(types)];
  const ByteView body(reinterpret_cast<const std::byte*>(bytes) + 2, size - 2);
  const Buffer one = fast.answer(target, type, body);
  const Buffer other = tables.answer(target, type, body);
  if (one != other || fast.data.asked != tables.data.asked) std::abort();
  return 0;
}

#pragma once
// Floor 5: the listeners. Built after all they speak for, stopped first.

#include <memory>
#include <vector>

#include "aws/kinesis/face.h"
#include "aws/pipeline.h"
#include "aws/timestream_query/face.h"
#include "aws/timestream_write/face.h"
#include "base/metrics.h"
#include "http/acceptor.h"
#include "http/server.h"
#include "kinesis/partial_puts.h"
#include "server/build_io.h"
#include "server/build_products.h"

namespace levada::server {

// A port: one HTTP server on each of its reactors, and the one who accepts, on the first.
class HttpFace {
 public:
  // `handlers[i]` answers on the reactor of index `first + i`; they outlive this.
  // Takes TLS too where `tls`, which outlives this, is not null.
  HttpFace(io::Reactors& reactors, std::vector<http::Handler*> handlers, http::Limits limits,
           MetricsRegistry& metrics, std::string_view name, const tls::TlsContext* tls = nullptr);
  ~HttpFace() { close(); }
  HttpFace(const HttpFace&) = delete;
  HttpFace& operator=(const HttpFace&) = delete;

  // Binds and takes connections. The address with its real port.
  Result<io::Address> open(const io::Address& address);
  // Takes no more connections, finishes what is being answered.
  void close();

 private:
  io::Reactors& reactors_;
  std::vector<std::unique_ptr<http::Server>> servers_;
  std::unique_ptr<http::Acceptor> acceptor_;
  bool open_ = false;
};

// The AWS APIs: on each reactor a pipeline over that reactor's planes.
class AwsFace {
 public:
  // `credentials` null: signatures are not verified; `audit` null: nothing is told; `tls` null:
  // plain HTTP only. All outlive this.
  AwsFace(const Configuration& configuration, IoFloor& ground, ProductFloor& products,
          const aws::Credentials* credentials, aws::AuditLog* audit, MetricsRegistry& metrics,
          const tls::TlsContext* tls);

  ~AwsFace() { close(); }
  AwsFace(const AwsFace&) = delete;
  AwsFace& operator=(const AwsFace&) = delete;

  Result<io::Address> open(const io::Address& address) { return http_->open(address); }
  void close();
  // What answers on a reactor, for whoever takes AWS requests by another door.
  http::Handler& handler(io::ReactorIndex index) { return *reactors_[index.value()].pipeline; }

 private:
  struct OnReactor {
    std::unique_ptr<aws::FaultInjection> faults;  // null: nobody asked for trouble
    std::unique_ptr<kinesis::PartialPuts> partial_puts;
    std::unique_ptr<aws::KinesisFace> kinesis;
    std::unique_ptr<aws::TimestreamWriteFace> timestream_write;
    std::unique_ptr<aws::TimestreamQueryFace> timestream_query;
    std::unique_ptr<aws::Pipeline> pipeline;
  };
  io::Reactors& threads_;
  std::vector<OnReactor> reactors_;
  std::unique_ptr<HttpFace> http_;
  bool closed_ = false;
};

}  // namespace levada::server

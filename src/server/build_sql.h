#pragma once
// Floor 4 and 5 of streaming SQL: the engine on the reactor of its journal, its connectors, and the
// PostgreSQL port there.

#include <memory>
#include <optional>

#include "base/metrics.h"
#include "connect/far_port.h"
#include "connect/kinesis_clients.h"
#include "connect/kinesis_sink.h"
#include "connect/kinesis_source.h"
#include "connect/timestream_sink.h"
#include "postgres/server.h"
#include "server/build_io.h"
#include "server/build_log.h"
#include "server/build_products.h"
#include "server/credential_book.h"
#include "server/sql_cipher.h"
#include "server/sql_users.h"
#include "streaming/datagen_source.h"
#include "streaming/engine.h"
#include "streaming/nexmark_source.h"
#include "tls/tls_client_context.h"

namespace levada::server {

// Whom sinks and sources believe at https endpoints: the system's authorities. Reading a hundred of
// them takes 40 ms and megabytes, so it waits until somebody has to believe.
class Authorities {
 public:
  // Null: the machine has none; it still reaches its own ports and any other plain endpoint.
  const tls::TlsClientContext* get();

 private:
  bool read_ = false;
  std::unique_ptr<tls::TlsClientContext> context_;
};

class SqlFloor {
 public:
  // When this returns, every table and view is as it was left.
  static Result<std::unique_ptr<SqlFloor>> build(
      const Configuration& configuration, IoFloor& ground, LogFloor& logs, MetricsRegistry& metrics,
      const tls::TlsContext* tls, const CredentialBook* credentials, ProductFloor& products);
  ~SqlFloor();
  SqlFloor(const SqlFloor&) = delete;
  SqlFloor& operator=(const SqlFloor&) = delete;

  // Binds and takes connections. The address with its real port.
  Result<io::Address> listen(const io::Address& address);
  // Sinks and sources reach this server's own ports too, so they start when those are open.
  Result<Unit> close();

 private:
  SqlFloor(const Configuration& configuration, IoFloor& ground, LogFloor& logs,
           MetricsRegistry& metrics, const tls::TlsContext* tls, const CredentialBook* credentials,
           ProductFloor& products);
  connect::KinesisClients::Surroundings surroundings();

  io::Reactors& reactors_;
  io::ReactorIndex home_;
  Authorities authorities_;
  connect::KinesisClients clients_;  // here, and for what sinks send on other reactors
  std::unique_ptr<connect::KinesisPorts> far_clients_;  // null: there is no other
  connect::KinesisSinkConnector kinesis_sinks_;
  connect::KinesisSourceConnector kinesis_sources_;
  connect::TimestreamSinkConnector timestream_sinks_;
  streaming::NexmarkConnector nexmark_;
  streaming::DatagenConnector datagen_;
  SqlCipher cipher_;
  streaming::Engine engine_;
  std::optional<SqlUsers> users_;  // none: only this machine asks, and may
  postgres::Server server_;
  bool open_ = false, listening_ = false;
};

}  // namespace levada::server

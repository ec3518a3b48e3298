#include "load/bench_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "io/real/reactors.h"
#include "load/scenarios.h"
#include "load/tls_network.h"

namespace levada::load {
namespace {

using Scenario = Task<Line> (*)(Doors, BenchOptions);

int run_scenario(Scenario scenario, const BenchOptions& options) {
  // With few connections what is measured is the server, not how fast its client wakes. With many
  // a client that looks again and again only takes the server's time, for an answer at a time.
  constexpr std::uint32_t few = 8;
  const Millis poll_max{options.connections <= few ? 1 : 0};
  auto reactors = io::Reactors::start({.count = 1, .pin = false, .poll_max = poll_max});
  if (!reactors) {
    std::fprintf(stderr, "levada bench: %s\n", reactors.error().message.c_str());
    return 1;
  }
  io::Reactors& world = **reactors;
  const io::ReactorIndex only(0);
  std::unique_ptr<TlsNetwork> secure;
  if (options.tls) {
    auto made = TlsNetwork::over(world.at(only), world.network(only));
    if (!made) {
      std::fprintf(stderr, "levada bench: %s\n", made.error().message.c_str());
      return 1;
    }
    secure = std::move(*made);
  }
  io::Network& network = options.tls ? *secure : world.network(only);
  const Doors doors{world.at(only), network, world.disk(only), world.random(only)};
  const Result<Line> line = world.run(only, [&] { return scenario(doors, options); });
  if (!line) {
    std::fprintf(stderr, "levada bench: %s\n", line.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", line->c_str());
  return 0;
}

void add_put_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--size", options.put.data_size, "bytes of data in each record")
      ->capture_default_str()
      ->check(CLI::Range(0, 1 << 20));
  app.add_option("--seconds", options.seconds, "how long")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 240.0));
  app.add_option("--prepared", options.prepared, "different requests, made beforehand")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
}

void add_stream_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--stream", options.put.stream, "the stream to make and use")
      ->capture_default_str();
  app.add_option("--shards", options.shards, "shards of that stream")->capture_default_str();
  app.add_flag("--encrypt", options.encrypt, "the stream is made encrypted");
  app.add_flag("!--use-stream", options.create_stream, "the stream is there already");
}

void add_write_options(CLI::App& app, BenchOptions& options) {
  WriteShape& shape = options.write;
  app.add_option("--database", shape.database, "the database to make and use")
      ->capture_default_str();
  app.add_option("--table", shape.table, "the table to make and use")->capture_default_str();
  app.add_option("--hosts", shape.hosts, "hosts with ten metrics each")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--hours", shape.hours, "how long they were measured, every ten seconds")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 240.0));
  app.add_flag("--single", shape.single, "one measure a record, with common attributes");
  app.add_option("--moments", shape.moments, "moments of a host that a request of --single has")
      ->check(CLI::Range(1, 10));
  app.add_flag("--lines", shape.lines, "InfluxDB's line protocol to /write, for peers");
  app.add_flag("--reals", shape.reals, "values have two decimals");
  app.add_option("--versions", shape.versions, "of a hundred points so many come twice")
      ->check(CLI::Range(0, 100));
  app.add_flag("!--use-table", options.create_stream, "the table is there already");
}

void add_server_options(CLI::App& app, BenchOptions& options, std::string& endpoint) {
  app.add_option("--endpoint", endpoint, "HOST:PORT of the server")->capture_default_str();
  app.add_option("--connections", options.connections, "kept connections")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--rate", options.requests_per_second,
                 "requests a second, latency from when each was due (0: as fast as answered)")
      ->capture_default_str();
  app.add_option("--access-key", options.keys.access_key, "signs the requests");
  app.add_option("--secret-key", options.keys.secret_key, "signs the requests");
  app.add_option("--region", options.keys.region, "signs the requests")->capture_default_str();
  app.add_flag("--tls", options.tls, "over TLS, whatever the certificate");
}

}  // namespace

int run_bench(int count, const char* const* arguments) {
  CLI::App app("Measures a Kinesis or Timestream endpoint, and this machine's limits beside it.",
               "levada bench");
  app.require_subcommand(1);
  BenchOptions options;
  std::string endpoint = options.server.text();
  Scenario chosen = nullptr;

  const auto scenario = [&](const char* name, const char* what, Scenario run) {
    CLI::App* command = app.add_subcommand(name, what);
    add_put_options(*command, options);
    command->callback([&chosen, run] { chosen = run; });
    return command;
  };
  CLI::App* records = scenario("put-records", "PutRecords from kept connections", put_scenario);
  records->add_option("--records", options.put.records, "records in each request")
      ->capture_default_str()
      ->check(CLI::Range(1, 500));
  records->add_flag("--cbor", options.put.cbor, "in CBOR, as the Java SDKs write");
  CLI::App* record = scenario("put-record", "PutRecord from kept connections", put_scenario);
  CLI::App* catch_up =
      scenario("get-records", "fill a stream, then read it back", catch_up_scenario);
  CLI::App* tail =
      scenario("tail", "one put after the other, each seen by a polling reader", tail_scenario);
  CLI::App* push =
      scenario("push", "one put after the other, each pushed to a subscriber", push_scenario);
  CLI::App* fan_out =
      scenario("fan-out", "fill a stream, then push it to many consumers", fan_out_scenario);
  fan_out->add_option("--consumers", options.consumers, "consumers of every shard")
      ->capture_default_str()
      ->check(CLI::Range(1, 20));
  fan_out->add_flag("--cbor", options.pushed_in_cbor, "in CBOR, as the Java SDKs subscribe");
  fan_out->add_option("--fill", options.fill_mebibytes, "MiB of data in each shard")
      ->capture_default_str();
  CLI::App* reshard =
      scenario("reshard", "UpdateShardCount from 1 to --shards under a writer", reshard_scenario);
  for (CLI::App* command : {fan_out, reshard})
    command->add_option("--records", options.put.records, "records in each request")
        ->capture_default_str()
        ->check(CLI::Range(1, 500));
  for (CLI::App* command : {records, record, catch_up, tail, push, fan_out, reshard}) {
    add_server_options(*command, options, endpoint);
    add_stream_options(*command, options);
  }
  CLI::App* write = app.add_subcommand(
      "write-records", "WriteRecords of a new table's points, each once, from kept connections");
  write->callback([&chosen] { chosen = write_scenario; });
  add_write_options(*write, options);
  add_server_options(*write, options, endpoint);
  CLI::App* bare =
      scenario("bare-path", "what this machine allows, without a server", bare_path_scenario);
  bare->add_option("--records", options.put.records, "records in each request")
      ->capture_default_str();
  bare->add_option("--directory", options.directory, "where to write")->capture_default_str();
  CLI::App* flush = scenario("flush", "what one durable write takes on this disk", flush_scenario);
  flush->add_option("--directory", options.directory, "where to write")->capture_default_str();
  CLI::App* null =
      scenario("null-server", "answers everything with the same bytes", null_server_scenario);
  CLI::App* least =
      scenario("bare-server", "stores each PutRecord and knows nothing else", bare_server_scenario);
  least->add_option("--directory", options.directory, "where to write")->capture_default_str();
  for (CLI::App* command : {null, least})
    command->add_option("--endpoint", endpoint, "HOST:PORT to listen at")->capture_default_str();

  try {
    std::vector<std::string> words(arguments, arguments + count);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (record->parsed() || tail->parsed() || push->parsed()) options.put.records = 0;
  const Result<io::Address> address = io::Address::parse(endpoint);
  if (!address) {
    std::fprintf(stderr, "levada bench: --endpoint: %s\n", address.error().message.c_str());
    return 2;
  }
  options.server = *address;
  return run_scenario(chosen, options);
}

}  // namespace levada::load

#pragma once
// Pipeline: the way of every AWS request, in the order that clients can see (kinesis spec 4.5). It
// knows no service and no connection: services stand behind ServiceFace, connections are http/'s.
// One on each reactor.

#include <memory>
#include <optional>
#include <vector>

#include "aws/audit_log.h"
#include "aws/authentication.h"
#include "aws/fault_injection.h"
#include "aws/http_date.h"
#include "aws/service_face.h"
#include "base/metrics.h"
#include "http/handler.h"
#include "io/clock.h"
#include "io/random.h"

namespace levada::aws {

class Pipeline final : public http::Handler {
 public:
  struct Options {
    Home home;
    const Credentials* credentials = nullptr;  // null: signatures are not verified
    AuditLog* audit = nullptr;                 // null: nobody wants to know
    FaultInjection* faults = nullptr;          // null: nobody asked for trouble
  };
  // All outlive the pipeline.
  Pipeline(io::Clock& clock, io::Random& random, MetricsRegistry& metrics,
           std::vector<ServiceFace*> services, Options options);
  ~Pipeline() override;

  Task<Unit> handle(const http::Request& request, http::Response& response) override;

 private:
  struct Walk;    // one request on its way
  struct Memory;  // what a walk needs of the heap, kept for the next one
  struct Ledger;  // of one operation: its name in policies, its counts
  enum class Next : bool { step, answered };
  struct Step;
  static const Step steps[];

  // The steps, in their order.
  Next answer_cors(Walk& walk);
  Next refuse_method(Walk& walk);
  Next find_operation(Walk& walk);
  Next refuse_empty_body(Walk& walk);
  Next refuse_content_type(Walk& walk);
  Next parse(Walk& walk);
  Next refuse_plain_json(Walk& walk);
  Next refuse_unknown_operation(Walk& walk);
  Next authenticate(Walk& walk);
  Next decode_input(Walk& walk);
  Next check_constraints(Walk& walk);
  Next authorize(Walk& walk);

  Task<Unit> run(Walk& walk);
  Next refuse(Walk& walk, Fault fault);
  Next parse_by_tables(Walk& walk);
  std::optional<std::string> why_denied(Walk& walk);
  std::string resource_of(const Walk& walk) const;
  void audit(const Walk& walk);
  void add_request_ids(Walk& walk);
  void count(const Walk& walk, MonotonicNanos began);

  std::unique_ptr<Memory> take_memory();
  void give_back(std::unique_ptr<Memory> memory);

  io::Clock& clock_;
  io::Random& random_;
  std::vector<ServiceFace*> services_;
  std::vector<std::vector<Ledger>> ledgers_;  // by service and operation
  Authentication authentication_;
  AuditLog* audit_;
  FaultInjection* faults_;
  HttpDate date_;
  std::vector<std::unique_ptr<Memory>> idle_;
};

}  // namespace levada::aws

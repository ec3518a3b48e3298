#include "cli/services.h"

#include "aws/kinesis/operations.h"
#include "aws/timestream_query/operations.h"
#include "aws/timestream_write/operations.h"

namespace levada::cli {

namespace {

constexpr const aws::Service* all[] = {
    &aws::kinesis_api::service,
    &aws::timestream_query_api::service,
    &aws::timestream_write_api::service,
};

}  // namespace

std::span<const aws::Service* const> services() { return all; }

std::string_view command_name(const aws::Service& service) {
  return service.command.empty() ? service.name : service.command;
}

const aws::Service* find_service(std::string_view command) {
  for (const aws::Service* const service : all)
    if (command_name(*service) == command) return service;
  return nullptr;
}

}  // namespace levada::cli

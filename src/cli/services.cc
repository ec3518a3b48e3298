#include "cli/services.h"

#include "aws/kinesis/operations.h"

namespace levada::cli {

namespace {

constexpr const aws::Service* all[] = {
    &aws::kinesis_api::service,
};

}  // namespace

std::span<const aws::Service* const> services() { return all; }

const aws::Service* find_service(std::string_view name) {
  for (const aws::Service* const service : all)
    if (service->name == name) return service;
  return nullptr;
}

}  // namespace levada::cli

#include "http/handler.h"

namespace levada::http {

void ResponseHeaders::add(std::string_view name, std::string_view value) {
  places_.push_back({static_cast<std::uint32_t>(text_.size()),
                     static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

void ResponseHeaders::clear() {
  text_.clear();
  places_.clear();
}

std::vector<wire::HeaderField> ResponseHeaders::fields() const {
  std::vector<wire::HeaderField> fields;
  fields.reserve(places_.size());
  for_each([&](std::string_view name, std::string_view value) { fields.push_back({name, value}); });
  return fields;
}

void Response::clear() {
  status = 200;
  headers.clear();
  body.clear();
  source.reset();
  close = false;
}

}  // namespace levada::http

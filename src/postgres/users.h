#pragma once
// Users: who may log in, as the server's configuration has it.

#include <string_view>

#include "wire/scram.h"

namespace levada::postgres {

class Users {
 public:
  virtual ~Users() = default;
  virtual const wire::ScramVerifier* find(std::string_view name) const = 0;  // null: nobody
};

}  // namespace levada::postgres

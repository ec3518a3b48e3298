#pragma once
// JMESPath, what --query speaks: all of the specification, as the AWS CLI's Python library reads
// it, with its messages. An expression is compiled once and then asked of any number of Documents.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

// Deeper expressions are refused: parser and interpreter recurse.
inline constexpr int jmespath_depth_max = 250;

struct JmespathNode;

class Jmespath {
 public:
  static Result<Jmespath> compile(std::string_view expression);

  Jmespath(Jmespath&&) noexcept;
  Jmespath& operator=(Jmespath&&) noexcept;
  ~Jmespath();

  // Fails for functions that are unknown or called with the wrong arguments.
  Result<Document> search(const Document& document) const;
  const std::string& expression() const { return expression_; }

 private:
  Jmespath(std::string expression, std::unique_ptr<JmespathNode> root);

  std::string expression_;
  std::unique_ptr<JmespathNode> root_;
};

// For paths known to be right, of paginators and waiters: null when anything is missing.
Document search_path(const Document& document, std::string_view path);

}  // namespace levada::cli

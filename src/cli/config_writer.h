#pragma once
// Changes settings in ~/.aws/config and ~/.aws/credentials line by line, so that comments and all
// else stay as a person wrote them: the same lines that the AWS CLI would change.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levada::cli {

struct NewSetting {
  std::string name;
  std::string value;
  std::string nested = {};  // not empty: `name` is a block and this the setting in it
};

// The file's text with `settings` in the section of that name ("default", "profile x").
std::string with_settings(std::string_view text, const std::string& section,
                          std::vector<NewSetting> settings);

// The same in a file, which is made, readable only by its owner, with its folder if it is not
// there.
Result<Unit> write_settings(const std::string& path, const std::string& section,
                            std::vector<NewSetting> settings);

}  // namespace levada::cli

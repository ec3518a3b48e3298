#pragma once
// serve: the life of a server, from its arguments to its exit status.

#include <span>
#include <string_view>

namespace levada::server {

// `arguments` begin behind the word "serve". 0: stopped as asked; 1: could not start, or could not
// stop cleanly; 2: asked for something wrong.
int serve(std::span<const std::string_view> arguments);

}  // namespace levada::server

#pragma once
// Id<Tag, Rep>: an explicit, ordered, hashable identifier that never mixes with another kind of
// identifier or with a bare integer. Ids only name things; they do no arithmetic.

#include <compare>
#include <cstdint>
#include <functional>

namespace levada {

template <class Tag, class Rep>
class Id {
 public:
  using rep = Rep;
  constexpr Id() = default;
  explicit constexpr Id(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Rep value_{};
};

}  // namespace levada

template <class Tag, class Rep>
struct std::hash<levada::Id<Tag, Rep>> {
  std::size_t operator()(const levada::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};

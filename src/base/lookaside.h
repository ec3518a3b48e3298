#pragma once
// Lookaside: a few thousand pointers into a map with stable places, each where its key says. One
// load finds most of them, where the map needs a division and two or three loads after each other.
// Whoever erases from the map says so here.

#include <cstddef>
#include <vector>

namespace levada {

template <class Key, class Value>
class Lookaside {
 public:
  Value* find(Key key) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[place(key)];
    return slot.key == key ? slot.value : nullptr;
  }
  Value& put(Key key, Value& value) {
    if (slots_.empty()) slots_.resize(slots);
    slots_[place(key)] = {key, &value};
    return value;
  }
  void erase(Key key) {
    if (find(key) != nullptr) slots_[place(key)].value = nullptr;
  }

 private:
  static constexpr std::size_t slots = 4096;
  struct Slot {
    Key key{};
    Value* value = nullptr;
  };
  static std::size_t place(Key key) { return key.value() % slots; }

  std::vector<Slot> slots_;  // made when it is first used
};

}  // namespace levada

#pragma once
// Task<T>: what may wait. A lazy coroutine that ends with a Result<T>; it belongs to one reactor
// and is awaited where it is made.
//
//   Task<Position> append(...) {
//     Route at = co_await route(key);            // T, or this coroutine ends with the error
//     Result<Unit> r = co_await outcome(trim()); // the Result itself, to look at
//     Shard s = co_await find(key);              // a plain Result is awaited the same way
//     co_return Position{...};                   // or: co_return fail(ErrorKind::closed, "...");
//   }
//
// How an error ends a coroutine: it is not resumed any more; its result is set and whoever awaits
// it continues. Its frame, with all locals, is destroyed by the Task that owns it, so destructors
// run. A child that ends without waiting never suspends its parent, so loops do not grow the stack.

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/frame_pool.h"
#include "base/result.h"

namespace levada {

template <class T>
class Task;

namespace task_detail {

struct Root;
template <class T, class Done>
Root run_root(Task<T> task, Done done);

// The part of a promise that does not know its T: who waits for it, and how an error gets in.
class Promise {
 public:
  void* operator new(std::size_t size) { return frame_pool::take(size); }
  void operator delete(void* frame, std::size_t size) noexcept { frame_pool::give(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() noexcept {
    CHECK(false, "an exception left a coroutine");
    __builtin_unreachable();
  }

  bool ended() const { return ended_; }

  // `handle` waits for this coroutine; `unwrapped` = it wants our value only and ends with our
  // error.
  void link(std::coroutine_handle<> handle, Promise* parent, bool unwrapped) {
    waiting_ = handle;
    parent_ = unwrapped ? parent : nullptr;
  }

  virtual bool failed() const = 0;
  virtual Error take_error() = 0;
  virtual void end_with(Error error) = 0;

  // Marks this coroutine as ended and returns who runs next. Errors climb without resuming anybody.
  std::coroutine_handle<> end() noexcept {
    Promise* promise = this;
    for (;;) {
      promise->ended_ = true;
      if (!promise->waiting_) return std::noop_coroutine();  // whoever started us looks at ended()
      if (promise->parent_ == nullptr || !promise->failed()) return promise->waiting_;
      Promise* parent = promise->parent_;
      parent->end_with(promise->take_error());
      promise = parent;
    }
  }

 protected:
  ~Promise() = default;

 private:
  std::coroutine_handle<> waiting_;
  Promise* parent_ = nullptr;
  bool ended_ = false;
};

struct FinalAwaiter {
  bool await_ready() noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
    return self.promise().end();
  }
  void await_resume() noexcept {}
};

template <class T>
class TypedPromise;

template <class T, bool unwrapped>
struct ChildAwaiter {
  std::coroutine_handle<TypedPromise<T>> child;

  bool await_ready() {
    child.resume();
    return child.promise().ended() && !(unwrapped && child.promise().failed());
  }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> parent) {
    if (child.promise().ended()) {  // with an error, without having waited
      parent.promise().end_with(child.promise().take_error());
      return parent.promise().end();
    }
    if constexpr (unwrapped)
      child.promise().link(parent, &parent.promise(), true);
    else
      child.promise().link(parent, nullptr, false);
    return std::noop_coroutine();
  }
  auto await_resume() {
    if constexpr (unwrapped)
      return std::move(*child.promise().take());
    else
      return child.promise().take();
  }
};

template <class T>
struct ResultAwaiter {
  Result<T> result;
  bool await_ready() const { return result.has_value(); }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) {
    self.promise().end_with(std::move(result).error());
    return self.promise().end();
  }
  T await_resume() { return std::move(*result); }
};

template <class Awaiter>
struct PassedAwaiter {
  std::remove_reference_t<Awaiter>& awaiter;  // lives in the awaiting expression
  decltype(auto) await_ready() { return awaiter.await_ready(); }
  template <class P>
  decltype(auto) await_suspend(std::coroutine_handle<P> self) {
    return awaiter.await_suspend(self);
  }
  decltype(auto) await_resume() { return awaiter.await_resume(); }
};

}  // namespace task_detail

// A Task to be awaited for its Result instead of its value.
template <class T>
struct [[nodiscard]] Outcome {
  Task<T> task;
};

template <class T>
Outcome<T> outcome(Task<T> task) {
  return {std::move(task)};
}

namespace task_detail {

template <class T>
class TypedPromise final : public Promise {
 public:
  Task<T> get_return_object();
  FinalAwaiter final_suspend() noexcept { return {}; }

  void return_value(T value) { result_.emplace(std::move(value)); }
  void return_value(Result<T> result) { result_.emplace(std::move(result)); }
  void return_value(tl::unexpected<Error> error) { result_.emplace(std::move(error)); }

  bool failed() const override { return !result_->has_value(); }
  Error take_error() override { return std::move(result_->error()); }
  void end_with(Error error) override { result_.emplace(tl::unexpected<Error>(std::move(error))); }
  Result<T> take() { return std::move(*result_); }

  template <class U>
  ChildAwaiter<U, true> await_transform(Task<U>&& task) {
    return {task.handle_};
  }
  template <class U>
  ChildAwaiter<U, false> await_transform(Outcome<U>&& outcome) {
    return {outcome.task.handle_};
  }
  template <class U>
  ResultAwaiter<U> await_transform(Result<U> result) {
    return {std::move(result)};
  }
  // Any other awaiter waits as it says. (A wrapper, because g++ 12 copies an awaiter that
  // await_transform returns by reference.)
  template <class Awaiter>
  requires requires(Awaiter a) { a.await_ready(); }
  PassedAwaiter<Awaiter> await_transform(Awaiter&& awaiter) { return {awaiter}; }

 private:
  std::optional<Result<T>> result_;
};

}  // namespace task_detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::TypedPromise<T>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

 private:
  friend promise_type;
  template <class U>
  friend class task_detail::TypedPromise;
  template <class U, class Done>
  friend task_detail::Root task_detail::run_root(Task<U> task, Done done);

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> task_detail::TypedPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TypedPromise<T>>::from_promise(*this));
}

namespace task_detail {

// The root of a started task: frees itself when the task has ended.
struct Root {
  struct promise_type {
    void* operator new(std::size_t size) { return frame_pool::take(size); }
    void operator delete(void* frame, std::size_t size) noexcept { frame_pool::give(frame, size); }
    Root get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception() noexcept {
      CHECK(false, "an exception left a coroutine");
      __builtin_unreachable();
    }
  };
};

template <class T>
struct RootAwaiter {
  std::coroutine_handle<TypedPromise<T>> child;
  bool await_ready() {
    child.resume();
    return child.promise().ended();
  }
  void await_suspend(std::coroutine_handle<> self) { child.promise().link(self, nullptr, false); }
  Result<T> await_resume() { return child.promise().take(); }
};

template <class T, class Done>
Root run_root(Task<T> task, Done done) {
  Result<T> result = co_await RootAwaiter<T>{task.handle_};
  { Task<T> ended = std::move(task); }  // its locals go before `done` may free what they refer to
  done(std::move(result));
}

}  // namespace task_detail

// Starts a task that nobody awaits and hands its Result to `done`, on the thread that ends it; the
// task's frame lives until then. The one way in from code that is no coroutine. Spawned work that a
// stop must wait for belongs to an io::Gate.
template <class T, class Done>
void start(Task<T> task, Done done) {
  task_detail::run_root(std::move(task), std::move(done));
}

}  // namespace levada

// Runs work that may wait for the disk outside the server's thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "store/lmdb/map_fault.h"

namespace trailkeeper::serve {

/// Calls `work` in a thread of `executor` while the caller is suspended, and returns, or throws, what it did. Also
/// throws StoreError(corrupt) if the store couldn't be read meanwhile.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work>> elsewhere(boost::asio::any_io_executor executor, Work work) {
  namespace asio = boost::asio;
  std::optional<std::invoke_result_t<Work>> result;
  std::exception_ptr failure;
  // The function that starts it captures references only: this frame stays until it is resumed.
  auto start = [&](auto handler) {
    const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    asio::post(executor, [&result, &failure, &work, shared] {
      try {
        const std::uint64_t unreadable = store::unreadable_pages();
        result.emplace(work());
        store::require_readable_since(unreadable);
      } catch (...) {
        failure = std::current_exception();
      }
      asio::post(asio::get_associated_executor(*shared), [shared] { (*shared)(); });
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*result);
}

}  // namespace trailkeeper::serve

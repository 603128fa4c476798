#include "serve/deliver.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace trailkeeper::serve {
namespace {

namespace asio = boost::asio;
using ingest::Delivery;
using ingest::Intake;
using ingest::Receipt;

// A refusal leaves the delivery where it is.
asio::awaitable<Receipt> offer(Intake& intake, Delivery& delivery) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Receipt)>(
      [&intake, &delivery](auto handler) {
        // std::function wants a copyable function; the handler moves only.
        const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        const auto done = [shared](Receipt receipt) {
          const auto executor = asio::get_associated_executor(*shared);
          asio::post(executor, [shared, receipt = std::move(receipt)]() mutable { (*shared)(std::move(receipt)); });
        };
        if (intake.offer(std::move(delivery), done)) return;
        Receipt busy;
        busy.status = Receipt::Status::busy;
        done(std::move(busy));
      },
      asio::use_awaitable);
}

// Nothing is in flight and still there is no room.
bool has_stopped(const Intake& intake) { return !intake.has_room(0) && intake.figures().deliveries_in_flight == 0; }

}  // namespace

asio::awaitable<void> room(Intake& intake) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&intake](auto handler) {
        const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        intake.when_room([shared] { asio::post(asio::get_associated_executor(*shared), [shared] { (*shared)(); }); });
      },
      asio::use_awaitable);
}

void ListenerFigures::add(const Receipt& receipt, std::size_t size) {
  if (receipt.status != Receipt::Status::durable) {
    ++refused;
    return;
  }
  ++requests;
  events += receipt.events;
  duplicates += receipt.duplicates;
  rejected += receipt.rejected;
  bytes += size;
}

asio::awaitable<Receipt> deliver(Intake& intake, Delivery delivery, ListenerFigures& figures) {
  const std::size_t size = delivery.size;
  Receipt receipt = co_await offer(intake, delivery);
  figures.add(receipt, size);
  co_return receipt;
}

asio::awaitable<Receipt> deliver_patiently(Intake& intake, Delivery delivery, ListenerFigures& figures,
                                           const std::atomic<bool>& stopping) {
  constexpr std::chrono::milliseconds kAfterFailure{500};
  const std::size_t size = delivery.size;
  while (true) {
    // The intake takes the delivery's bytes even when it can't store them: so it gets a copy where it may have to be
    // given again.
    Delivery attempt = delivery;
    Receipt receipt = co_await offer(intake, attempt);
    // What only waits for room gets it while the server drains; a store that fails won't be waited for then.
    const bool given_up = stopping && (receipt.status != Receipt::Status::busy || has_stopped(intake));
    if (receipt.status == Receipt::Status::durable || given_up) {
      figures.add(receipt, size);
      co_return receipt;
    }
    if (receipt.status == Receipt::Status::busy) {
      co_await room(intake);
    } else {
      ++figures.refused;
      asio::steady_timer timer{co_await asio::this_coro::executor, kAfterFailure};
      co_await timer.async_wait(asio::use_awaitable);
    }
  }
}

}  // namespace trailkeeper::serve

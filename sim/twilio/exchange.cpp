#include "sim/twilio/exchange.hpp"

#include "async/with_deadline.hpp"

namespace callosum::sim::twilio {

namespace asio = boost::asio;

Exchange::Exchange(Phone& phone, const asio::any_io_executor& executor,
                   std::shared_ptr<const CallScript> script)
    : phone_(phone),
      executor_(executor),
      script_(std::move(script)),
      tasks_(executor, phone.time) {}

Call& Exchange::dial(Dialling dialling) {
  drop_ended();
  auto script = dialling.script ? dialling.script : script_;
  auto& placed = calls_.emplace_back(phone_, executor_, std::move(script), ++placed_);
  if (!dialling.from.empty()) placed.call.set_numbers(dialling.from, dialling.to);
  tasks_.spawn("call", run(placed, std::move(dialling.twiml)));
  return placed.call;
}

asio::awaitable<void> Exchange::run(Placed& placed, std::vector<Verb> twiml) {
  auto running = placed.call.run(std::move(twiml));
  const bool is_good = co_await std::move(running);
  has_failed_ |= !is_good;
  placed.is_over = true;
}

void Exchange::drop_ended() {
  calls_.remove_if([](const Placed& placed) { return placed.is_over; });
}

asio::awaitable<bool> Exchange::place(std::size_t calls, double rate) {
  const auto begun = phone_.time.now();
  for (std::size_t i = 0; i < calls; ++i) {
    const auto offset = std::chrono::duration<double>(static_cast<double>(i) / rate);
    const auto due = begun + std::chrono::duration_cast<std::chrono::nanoseconds>(offset);
    const auto until = async::Deadline::at(phone_.time, due);
    co_await async::sleep_until(until);
    dial({});
  }
  co_await tasks_.wait_all();
  co_return !has_failed_;
}

asio::awaitable<void> Exchange::close() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace callosum::sim::twilio

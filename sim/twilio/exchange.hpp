#pragma once

#include <list>

#include "async/event.hpp"
#include "async/task_group.hpp"
#include "sim/twilio/rest.hpp"

namespace callosum::sim::twilio {

/// Places calls: so many, so fast; and those that the REST side asks for. Lives in the frame that
/// awaits it.
class Exchange {
 public:
  Exchange(Phone& phone, const boost::asio::any_io_executor& executor,
           std::shared_ptr<const CallScript> script);

  /// A call that runs from now on.
  Call& dial(Dialling dialling);
  /// `calls`, so many begun a second; until the last has ended. True where all were good.
  boost::asio::awaitable<bool> place(std::size_t calls, double rate);
  /// Ends and joins what runs.
  boost::asio::awaitable<void> close();

 private:
  struct Placed {
    Placed(Phone& phone, const boost::asio::any_io_executor& executor,
           std::shared_ptr<const CallScript> given, std::size_t number)
        : script(std::move(given)), call(phone, executor, *script, number) {}

    std::shared_ptr<const CallScript> script;
    Call call;
    bool is_over = false;
  };

  boost::asio::awaitable<void> run(Placed& placed, std::vector<Verb> twiml);
  void drop_ended();

  Phone& phone_;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<const CallScript> script_;
  std::list<Placed> calls_;
  async::TaskGroup tasks_;
  std::size_t placed_ = 0;
  bool has_failed_ = false;
};

}  // namespace callosum::sim::twilio

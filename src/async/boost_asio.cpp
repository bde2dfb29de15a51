// Boost.Asio is compiled here, once, and nowhere else.
#include <boost/asio/impl/src.hpp>

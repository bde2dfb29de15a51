// Boost.Asio's TLS is compiled here, once, and nowhere else.
#include <boost/asio/ssl/impl/src.hpp>

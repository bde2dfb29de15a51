// Boost.JSON is compiled here, once, and nowhere else.
#include <boost/json/src.hpp>

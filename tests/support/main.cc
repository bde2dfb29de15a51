#include <gtest/gtest.h>

// GoogleTest asks for its templates, and the linker takes them from the first library that has a
// copy: of the support that would be one which needs a whole gateway.
template class std::basic_string<char>;

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

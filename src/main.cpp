#include "app/program.hpp"

int main(int argc, char** argv) { return callosum::app::run_program(argc, argv); }

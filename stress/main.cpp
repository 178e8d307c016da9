#include "impls/support/check.hpp"

int main() { return 0; }

#ifndef WIREWATCH_TESTS_TEST_H
#define WIREWATCH_TESTS_TEST_H

/* What every unit test needs: cmocka with its prerequisites. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif

#include <stdio.h>

int main(void)
{
    puts("service1 " VERSION " says hello");
    return 0;
}

#include <stdio.h>

int main(void)
{
    puts("service2 " VERSION " says hello");
    return 0;
}

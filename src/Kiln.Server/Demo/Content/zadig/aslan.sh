#!/bin/sh
echo "aslan was built for @NAME@"

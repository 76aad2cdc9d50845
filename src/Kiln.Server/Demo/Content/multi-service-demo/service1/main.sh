#!/bin/sh
echo "service1 @VERSION@ says hello"

#!/bin/sh
echo "service2 @VERSION@ says hello"

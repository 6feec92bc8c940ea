@echo off
rem The Pulumi plugin of Lix images: the engine starts it and reads its port from stdout.
where node >nul 2>nul || (
  echo pulumi-resource-lix needs Node 22.20 or newer, and no node is on PATH: install it from https://nodejs.org 1>&2
  exit /b 1
)
node "%~dp0dist\provider\plugin\main.js" %*

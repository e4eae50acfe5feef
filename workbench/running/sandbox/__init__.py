"""The sandbox: what an answer's process can see, reach and do, on Linux, without any set-up.

Landlock (files, TCP ports, signals), seccomp (system calls), a user of its own where the runner is
root, and limits on resources. docs/security.md says what that promises and what not.
"""

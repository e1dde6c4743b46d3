"""Names that would do harm if anybody took them for anything but text."""

TITLE = "</title></script><script>alert('title')</script>"
PHOTOGRAPH = '<img src=x onerror=alert(1)> & "co"'
IMAGE = "<b>a'\"\n&.png"
QUERY = "a_\"b<i>'#%2F"

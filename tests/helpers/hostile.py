"""Names that would do harm if anybody took them for anything but text, or for short."""

TITLE = "</title></script><script>alert('title')</script>" + "가" * 120
PHOTOGRAPH = '<img src=x onerror=alert(1)> & "co"' + "x" * 150
IMAGE = "<b>a'\"\n&" + "y" * 100 + ".png"
QUERY = "a_\"b<i>'#%2F" + "z" * 80

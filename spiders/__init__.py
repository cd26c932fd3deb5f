"""Where the portals are and how each lists its reports. A portal is data, a CMS family is code."""
